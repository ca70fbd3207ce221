-- Rows are put aside first; the up migration brings them back.
CREATE TABLE archive_journey_events AS SELECT * FROM journey_events;
--> statement-breakpoint
CREATE TABLE archive_journey_salts AS SELECT * FROM journey_salts;
--> statement-breakpoint
DROP FUNCTION journey_append(jsonb);
--> statement-breakpoint
DROP FUNCTION journey_funnels(date, jsonb);
--> statement-breakpoint
DROP FUNCTION sweep_journeys(date, date, integer);
--> statement-breakpoint
DROP TABLE journey_events;
--> statement-breakpoint
DROP TABLE journey_salts;
