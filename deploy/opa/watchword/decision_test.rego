package watchword_test

import data.watchword.decision

# A request that nothing speaks against; each test changes one thing of it.
plain := {
	"caller": {"metadata": {}, "policies": ["default", "team"]},
	"request": {"path": "secret/data/team/x", "operation": "read", "capability": "read", "parameters": {}},
	"target": {"metadata": {}},
	"time": {"weekday": "Tuesday", "hour": 10, "minute": 0},
}

with_(changes) := object.union(plain, changes)

refused(changes, reason) if {
	result := decision with input as with_(changes)
	result == {"allow": false, "reasons": [reason]}
}

test_what_nothing_speaks_against_is_allowed if decision.allow with input as plain

test_without_settings_nothing_is_allowed if {
	result := decision with input as plain with data.watchword.settings as {}
	result == {"allow": false, "reasons": ["the policy's settings are not there"]}
}

policy(statements) := {"request": {"path": "sys/policies/acl/team", "operation": "write", "capability": "update", "policy": statements}}

test_a_policy_of_wildcards_is_refused if {
	every pattern in ["*", "s*", "+", "+/*", "secret/*", "secret/+/*"] {
		refused(policy([{"path": pattern, "capabilities": ["read"]}]), "an ACL policy must not have a path of wildcards alone")
	}
}

test_a_policy_for_a_folder_is_allowed if {
	decision.allow with input as with_(policy([{"path": "secret/data/team/*", "capabilities": ["read"]}]))
}

test_a_policy_that_denies_everything_is_allowed if {
	decision.allow with input as with_(policy([{"path": "secret/*", "capabilities": ["deny"]}]))
}

test_a_policy_that_cannot_be_read_is_refused if {
	refused(
		{"request": {"path": "sys/policies/acl/team", "operation": "write", "capability": "update"}},
		"an ACL policy could not be read, so it cannot be judged",
	)
}

serving := {"request": {"path": "secret/data/production/serving/api", "capability": "read"}}

test_training_does_not_read_serving_keys if {
	refused(
		object.union(serving, {"caller": {"metadata": {"role": "training-llm"}}}),
		"training roles may not read production serving keys",
	)
}

test_training_does_not_read_what_is_classified_so if {
	refused(
		{"caller": {"metadata": {"role": "training"}}, "target": {"metadata": {"classification": "production-serving"}}},
		"training roles may not read production serving keys",
	)
}

test_serving_reads_serving_keys if {
	decision.allow with input as with_(object.union(serving, {"caller": {"metadata": {"role": "serving"}}}))
}

test_deploy_is_for_main if {
	refused({"caller": {"metadata": {"role": "deploy", "ref": "refs/heads/main2"}}}, "the deploy role is only for the main branch")
	refused({"caller": {"metadata": {"role": "deploy"}}}, "the deploy role is only for the main branch")
	decision.allow with input as with_({"caller": {"metadata": {"role": "deploy", "ref": "refs/heads/main"}}})
}

lasting(class, seconds) := {
	"request": {"path": "aws/creds/x", "capability": "update", "parameters": {"ttl": seconds}},
	"target": {"metadata": {"classification": class}},
}

test_what_is_restricted_lives_an_hour if {
	refused(lasting("restricted", 3601), "what is classified restricted lives at most 3600 seconds")
	decision.allow with input as with_(lasting("restricted", 3600))
	decision.allow with input as with_(lasting("", 999999))
}

test_so_does_its_wrapping if {
	refused(
		{"request": {"path": "secret/data/x", "capability": "read", "wrap_ttl": 7200}, "target": {"metadata": {"classification": "restricted"}}},
		"what is classified restricted lives at most 3600 seconds",
	)
}

glass(weekday, hour) := {
	"request": {"path": "secret/data/break-glass/root", "capability": "read"},
	"time": {"weekday": weekday, "hour": hour, "minute": 30},
}

test_the_glass_is_broken_in_business_hours if {
	decision.allow with input as with_(glass("Monday", 7))
	refused(glass("Monday", 6), "break-glass credentials are for business hours")
	refused(glass("Monday", 18), "break-glass credentials are for business hours")
	refused(glass("Sunday", 10), "break-glass credentials are for business hours")
}
