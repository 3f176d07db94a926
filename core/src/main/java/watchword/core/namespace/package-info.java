/** Namespaces: tenants that have mounts, policies, tokens and leases of their own. The root is one as well, and mostly the only one. */
@NullMarked
package watchword.core.namespace;

import org.jspecify.annotations.NullMarked;
