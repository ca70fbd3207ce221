-- Rows are put aside first; the up migration brings them back. Under FORCE the owner, who runs this
-- file, would see no row of any tenant, and put none aside.
ALTER TABLE experiments NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE experiment_results NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE experiment_moments NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE archive_experiments AS SELECT * FROM experiments;
--> statement-breakpoint
CREATE TABLE archive_experiment_results AS SELECT * FROM experiment_results;
--> statement-breakpoint
CREATE TABLE archive_experiment_kinds AS SELECT * FROM experiment_moments WHERE kind <> 'mean';
--> statement-breakpoint
DELETE FROM experiment_moments WHERE kind <> 'mean';
--> statement-breakpoint
ALTER TABLE experiment_moments DROP CONSTRAINT experiment_moments_pk;
--> statement-breakpoint
ALTER TABLE experiment_moments DROP COLUMN kind;
--> statement-breakpoint
ALTER TABLE experiment_moments ADD CONSTRAINT experiment_moments_pk
  PRIMARY KEY (tenant_id, environment, experiment, phase, metric, variant, day);
--> statement-breakpoint
ALTER TABLE experiment_moments FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
DROP FUNCTION experiment_results_due(timestamptz, integer);
--> statement-breakpoint
DROP TABLE experiment_results;
--> statement-breakpoint
DROP TABLE experiments;
