-- Rows are put aside first; the up migration brings them back. The owner, who runs this file, sees
-- them all by a policy of their own.
CREATE TABLE archive_trace_spans AS SELECT * FROM trace_spans;
--> statement-breakpoint
CREATE TABLE archive_performance_metrics AS SELECT * FROM performance_metrics;
--> statement-breakpoint
DROP FUNCTION sweep_traces(timestamptz, integer), trace_read_all(text, integer),
  trace_search_all(jsonb, integer), trace_search(text, jsonb, integer), trace_append(jsonb);
--> statement-breakpoint
DROP TABLE performance_metrics;
--> statement-breakpoint
DROP TABLE trace_spans;
