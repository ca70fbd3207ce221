DROP FUNCTION ops_gauges;
