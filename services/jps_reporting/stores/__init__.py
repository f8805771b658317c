"""All SQL of jps_reporting, by what it is about."""
