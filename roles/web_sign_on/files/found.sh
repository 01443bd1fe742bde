# Prints what the role must know of the host before it begins, one finding a line.
# Arguments: the service (HTTP/NAME), then MODULE:NAME of the web server's modules, then the packages that the host should have.
service=$1
shift
for argument in "$@"; do
    case $argument in
        module:*) [ -e "/etc/apache2/mods-enabled/${argument#module:}.load" ] || echo "module ${argument#module:}" ;;
        *)
            [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$argument" 2>/dev/null)" = installed ] || echo "package $argument"
            ;;
    esac
done

# The package of the web server brings a site of its own.
if [ ! -d /etc/apache2 ] || [ -e /etc/apache2/sites-enabled/000-default.conf ]; then echo default-site; fi

# The newest key of the service in the keytab.
version=$(klist -k /etc/lemonldap-ng/web-sign-on.keytab 2>/dev/null | awk -v service="$service@" 'index($2, service) == 1 { print $1 }' | sort -n | tail -n 1)
echo "version ${version:-0}"
