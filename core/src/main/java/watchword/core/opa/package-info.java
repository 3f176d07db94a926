/**
 * OPA policies: what a caller's ACL allows, an OPA server or a Rego bundle, which runs here, may still refuse. {@code Guards} is what the
 * gate asks; {@code OpaRoutes} is {@code sys/policies/opa}.
 */
@NullMarked
package watchword.core.opa;

import org.jspecify.annotations.NullMarked;
