# What a decision should not be, and what a policy may use: for tests, one entry point each.
package odd

# METADATA
# entrypoint: true
text := "yes"

# METADATA
# entrypoint: true
empty := {}

# METADATA
# entrypoint: true
undefined if input.nothing

# METADATA
# entrypoint: true
slow := count([1 | some a in numbers.range(1, 20000); some b in numbers.range(1, 20000); a == b + 70000]) == 0

# METADATA
# entrypoint: true
large := count([x | some x in numbers.range(1, 20000000)]) > 0

# METADATA
# entrypoint: true
echo := {"allow": true, "reasons": [json.marshal(input)]}

# METADATA
# entrypoint: true
many := {"allow": false, "reasons": [sprintf("reason %d of %v", [n, ["a", 1]]) | some n in numbers.range(1, 100)]}

# METADATA
# entrypoint: true
calls := {"allow": true, "reasons": [
	sprintf("%s is %v at 100%%", [input.request.path, true]),
	sprintf("%v", [time.clock(1735693323000000000)]),
	sprintf("%v", [time.clock([1735693323000000000, "America/New_York"])]),
	sprintf("%v", [time.date(1735693323000000000)]),
	time.weekday(1735693323000000000),
	sprintf("%d", [time.parse_rfc3339_ns("2025-01-01T01:02:03Z")]),
	sprintf("%d", [time.parse_duration_ns("1h30m")]),
	sprintf("%v", [{"a": [1, "x"]}]),
	base64.encode("watchword"),
	sprintf("%v", [net.cidr_contains("10.0.0.0/8", "10.1.2.3")]),
]}

# METADATA
# entrypoint: true
not_a_duration if time.parse_duration_ns("one day") > 0
