-- Let the planner see how many lines there are: without it, ten thousand are judged one against all others.
analyze lines
