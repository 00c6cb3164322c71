#!/bin/sh
# Everything that has to be there before the first service starts; safe to repeat, also after an upgrade.
set -eu
nightdesk db migrate
airflow db migrate
# The password is in no command line, for everybody may read those. Airflow asks for it, and gets it from here: without a
# terminal to ask at, it would warn twice that what is typed may be seen.
python -P -c 'import getpass, os, sys
from airflow.__main__ import main
getpass.getpass = lambda *_: os.environ["ADMIN_PASSWORD"]
sys.argv[0] = "airflow"
main()' users create --role Admin --username "$ADMIN_USER" --email "$ADMIN_EMAIL" --firstname Night --lastname Desk
