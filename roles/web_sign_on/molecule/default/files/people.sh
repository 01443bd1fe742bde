# Two officers, of whom one works at the service desk, and the tools that they log in with. The passwords are the tests' own.
set -eu
export DEBIAN_FRONTEND=noninteractive
apt-get install --yes --quiet --no-install-recommends curl krb5-user > /dev/null
samba-tool group add service_desk > /dev/null
samba-tool group add all_desks > /dev/null
for name in officer-01 officer-02 officer-03; do
    samba-tool user create "$name" Known-to-the-tests-alone --mail-address "$name@roles.ict.example" > /dev/null
done
# By way of a group within the group.
samba-tool group addmembers service_desk all_desks > /dev/null
samba-tool group addmembers all_desks officer-01,officer-03 > /dev/null
