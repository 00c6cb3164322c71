"""The Desk: our pages inside the Airflow UI, and the read API."""
