# METADATA
# title: What Watchword asks
# description: |
#   Each rule of `refusals` is one thing that must not happen, with the sentence that the caller and the audit log are told.
#   What no rule refuses is allowed, since Watchword asks only what its ACL policies allow already.
package watchword

import data.watchword.settings

# METADATA
# entrypoint: true
decision := {"allow": count(refusals) == 0, "reasons": sort(refusals)}

# A rule that asks for a setting that is not there would refuse nothing.
refusals contains "the policy's settings are not there" if not has_settings

has_settings if {
	settings.max_ttl_seconds
	settings.wide_paths_allowed
	settings.business_hours_utc.from
	settings.business_hours_utc.until
}

path := input.request.path

writes if input.request.capability in {"create", "update", "patch"}

roles := object.get(input.caller.metadata, "role", "")

# ---- nobody writes an ACL policy that gives everything

is_policy if startswith(path, "sys/policies/acl/")

is_policy if startswith(path, "sys/policy/")

refusals contains "an ACL policy must not have a path of wildcards alone" if {
	is_policy
	some statement in input.request.policy
	statement.capabilities != ["deny"]
	is_too_wide(statement.path)
}

refusals contains "an ACL policy could not be read, so it cannot be judged" if {
	is_policy
	writes
	not input.request.policy
}

# Written without regular expressions and globs: those are compiled anew for each decision.
is_too_wide(pattern) if not contains(trim_suffix(pattern, "*"), "/")

is_too_wide(pattern) if {
	segments := split(pattern, "/")
	every segment in array.slice(segments, 1, count(segments)) {
		segment in {"+", "*"}
	}
	endswith(pattern, "*")
	not pattern in settings.wide_paths_allowed
}

# ---- training does not read what production serves with

serving_key if startswith(path, "secret/data/production/serving/")

serving_key if startswith(path, "secret/metadata/production/serving/")

serving_key if startswith(path, "secret/subkeys/production/serving/")

serving_key if object.get(input.target.metadata, "classification", "") == "production-serving"

refusals contains "training roles may not read production serving keys" if {
	serving_key
	startswith(roles, "training")
}

# ---- deployments come from the main branch

refusals contains "the deploy role is only for the main branch" if {
	roles == "deploy"
	object.get(input.caller.metadata, "ref", "") != "refs/heads/main"
}

# ---- what is more sensitive lives shorter

# Of what is issued, and of the wrapping it is in.
asked_ttls := [seconds |
	some field in ["ttl", "max_ttl", "explicit_max_ttl", "period", "lease"]
	seconds := input.request.parameters[field]
	is_number(seconds)
]

asked_ttl := max(array.concat(asked_ttls, [object.get(input.request, "wrap_ttl", 0)]))

refusals contains reason if {
	class := object.get(input.target.metadata, "classification", "")
	most := settings.max_ttl_seconds[class]
	asked_ttl > most
	reason := concat("", ["what is classified ", class, " lives at most ", format_int(most, 10), " seconds"])
}

# ---- the glass is broken in working hours only, or with a second pair of eyes elsewhere

break_glass if startswith(path, "secret/data/break-glass/")

break_glass if roles == "break-glass"

business_hours if {
	not input.time.weekday in {"Saturday", "Sunday"}
	input.time.hour >= settings.business_hours_utc.from
	input.time.hour < settings.business_hours_utc.until
}

refusals contains "break-glass credentials are for business hours" if {
	break_glass
	not business_hours
}
