-- Rows are put aside first; the up migration brings them back. Under FORCE the owner, who runs this
-- file, would see no row of any tenant, and put none aside.
ALTER TABLE experiment_exposures NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE metric_events NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE experiment_moments NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE experiment_refreshes NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE feature_flag_batches NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE feature_flag_analytics NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE archive_experiment_exposures AS SELECT * FROM experiment_exposures;
--> statement-breakpoint
CREATE TABLE archive_metric_events AS SELECT * FROM metric_events;
--> statement-breakpoint
CREATE TABLE archive_experiment_moments AS SELECT * FROM experiment_moments;
--> statement-breakpoint
CREATE TABLE archive_experiment_refreshes AS SELECT * FROM experiment_refreshes;
--> statement-breakpoint
CREATE TABLE archive_feature_flag_batches AS SELECT * FROM feature_flag_batches;
--> statement-breakpoint
CREATE TABLE archive_flag_counts AS SELECT * FROM feature_flag_analytics WHERE bulk > 0 OR units IS NOT NULL;
--> statement-breakpoint
CREATE TABLE flag_sightings (
  tenant_id text NOT NULL CONSTRAINT flag_sightings_tenant_id_tenants_id_fk
    REFERENCES tenants (id) ON DELETE CASCADE,
  environment text NOT NULL,
  flag text NOT NULL,
  day date NOT NULL,
  variant text NOT NULL,
  CONSTRAINT flag_sightings_tenant_id_environment_flag_day_variant_pk
    PRIMARY KEY (tenant_id, environment, flag, day, variant)
);
--> statement-breakpoint
INSERT INTO flag_sightings SELECT DISTINCT tenant_id, environment, flag, (bucket_start AT TIME ZONE 'UTC')::date,
    coalesce(nullif(variant, ''), reason)
  FROM feature_flag_analytics WHERE granularity = 'day' AND evals > bulk;
--> statement-breakpoint
-- What the up migration made of sightings, and nothing was added to since.
DELETE FROM feature_flag_analytics WHERE granularity = 'day' AND reason = 'UNKNOWN' AND evals = 1;
--> statement-breakpoint
ALTER TABLE flag_sightings ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE flag_sightings FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY tenant ON flag_sightings
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')));
--> statement-breakpoint
GRANT SELECT, INSERT, DELETE ON flag_sightings TO app_user;
--> statement-breakpoint
DROP TRIGGER users_forget_unit ON users;
--> statement-breakpoint
DROP FUNCTION users_forget_unit();
--> statement-breakpoint
DROP FUNCTION sweep_flag_counts(timestamptz, integer), sweep_experiments(timestamptz, integer),
  experiments_due(timestamptz, integer), units_estimate(bytea);
--> statement-breakpoint
DROP AGGREGATE units_merge_all(bytea);
--> statement-breakpoint
DROP FUNCTION units_merge(bytea, bytea);
--> statement-breakpoint
DROP INDEX feature_flag_analytics_age;
--> statement-breakpoint
DROP POLICY sweep ON feature_flag_analytics;
--> statement-breakpoint
ALTER TABLE feature_flag_analytics DROP COLUMN bulk, DROP COLUMN units;
--> statement-breakpoint
ALTER TABLE feature_flag_analytics FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
DROP TABLE experiment_exposures, metric_events, experiment_moments, experiment_refreshes, feature_flag_batches;
