"""What runs beside requests: threads and tasks that do jobs, and the commands that start them."""
