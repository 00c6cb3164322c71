"""Our pages inside the Airflow UI."""
