# Prints what the role must know of the host before it begins, one finding a line.
# Arguments: MODULE:NAME of the web server's modules, then the packages that the host should have.
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
