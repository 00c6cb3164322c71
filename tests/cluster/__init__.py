"""A night on several of Airflow's workers that share nothing but Postgres, Redis and a bucket."""
