"""When a recovery vault backs up, and for how long it keeps: the estate's policies as a `MAB` policy can say them.

Such a policy is for Azure Backup's agent and its server on premises. It runs at most three times a day, and else daily
or weekly, at times in UTC. So "every 4 hours" becomes every 8 here, and what the estate promises beyond that (the RPO)
is kept by the containers and their replication; "every 3 days" becomes daily, never rarer than promised.
Source: https://learn.microsoft.com/azure/backup/backup-windows-with-mars-agent
"""

from datetime import UTC, datetime, timedelta

from pulumi_azure_native import recoveryservices

from pyops.estate.service import BackupPolicy

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
MOST_RUNS_A_DAY = 3
FIRST_RUN = datetime(2027, 1, 1, 18, tzinfo=UTC)
"""Only its hour counts: after the working day."""
_WEEKDAY = recoveryservices.DayOfWeek.SUNDAY


def days(period: timedelta) -> int:
    """A period in whole days, never shorter than it is."""
    return -(-period // DAY)


def protection_policy(policy: BackupPolicy) -> recoveryservices.MabProtectionPolicyArgs:
    """The policy of a recovery vault for what a policy of the estate covers."""
    weekly = policy.every >= WEEK
    times = run_times(policy.every)
    kept = recoveryservices.RetentionDurationArgs(count=days(policy.keep), duration_type="Days")
    return recoveryservices.MabProtectionPolicyArgs(
        backup_management_type="MAB",
        schedule_policy=recoveryservices.SimpleSchedulePolicyArgs(
            schedule_policy_type="SimpleSchedulePolicy",
            schedule_run_frequency="Weekly" if weekly else "Daily",
            schedule_run_days=[_WEEKDAY] if weekly else None,
            schedule_run_times=times,
            schedule_weekly_frequency=policy.every // WEEK if weekly else None,
        ),
        retention_policy=recoveryservices.LongTermRetentionPolicyArgs(
            retention_policy_type="LongTermRetentionPolicy",
            daily_schedule=None if weekly else _daily(times, kept),
            weekly_schedule=_weekly(times, kept) if weekly else None,
        ),
    )


def run_times(every: timedelta) -> list[str]:
    """The times of a day at which a backup begins, as Azure wants them: with a date that it passes over."""
    runs = min(MOST_RUNS_A_DAY, max(1, DAY // every))
    return [f"{FIRST_RUN + number * DAY / runs:%Y-%m-%dT%H:%M:%SZ}" for number in range(runs)]


def _daily(
    times: list[str], kept: recoveryservices.RetentionDurationArgs
) -> recoveryservices.DailyRetentionScheduleArgs:
    return recoveryservices.DailyRetentionScheduleArgs(retention_times=times, retention_duration=kept)


def _weekly(
    times: list[str], kept: recoveryservices.RetentionDurationArgs
) -> recoveryservices.WeeklyRetentionScheduleArgs:
    return recoveryservices.WeeklyRetentionScheduleArgs(
        days_of_the_week=[_WEEKDAY], retention_times=times, retention_duration=kept
    )
