# Prints what the role must know of the host before it begins, one finding a line. Arguments: the packages that it should have.
for package in "$@"; do
    [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || echo "package $package"
done

# pam-auth-update has read what the role wrote.
! grep --quiet 'pam_mkhomedir.so umask=0077' /etc/pam.d/common-session || echo pam

# What a member has, and a host that left must not: keys first, what was kept for times without a controller last.
for path in /etc/krb5.keytab /etc/ssh/sshd_config.d/10-sign_on.conf /etc/ssh/ssh_config.d/10-sign_on.conf /etc/sudoers.d/sign_on \
    /etc/systemd/system/sign-on-ended.* /usr/local/lib/sign-on-ended /run/sign-on-ended \
    /etc/sssd/sssd.conf /var/lib/sss/db/* /var/lib/sss/pubconf/kdcinfo.* /var/lib/sss/pubconf/kpasswdinfo.*; do
    [ ! -e "$path" ] || echo "left $path"
done
