"""What Dags are made of: the only package, with dags/, that imports airflow."""
