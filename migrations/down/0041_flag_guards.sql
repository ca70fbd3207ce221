DROP FUNCTION flag_forget_unit(text);
--> statement-breakpoint
DROP FUNCTION flag_error_guards(integer);
