"""The parts of the Dags. Only this package and dags/ import airflow."""
