-- Rows are put aside first; the up migration brings them back. Under FORCE the owner, who runs this
-- file, would see no row of any tenant, and put none aside.
ALTER TABLE usage_ledger NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE budgets NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE messages NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE TABLE archive_usage_ledger AS SELECT * FROM usage_ledger;
--> statement-breakpoint
CREATE TABLE archive_budgets AS SELECT * FROM budgets;
--> statement-breakpoint
CREATE TABLE archive_message_costs AS
  SELECT tenant_id, session_id, id, cost_micro_dollars FROM messages WHERE cost_micro_dollars > 0;
--> statement-breakpoint
ALTER TABLE messages FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
DROP FUNCTION auth.budget_standing(text, timestamptz, timestamptz);
--> statement-breakpoint
DROP FUNCTION sweep_usage(timestamptz, integer);
--> statement-breakpoint
ALTER TABLE messages DROP COLUMN cost_micro_dollars;
--> statement-breakpoint
DROP TABLE usage_ledger;
--> statement-breakpoint
DROP TABLE budgets;
