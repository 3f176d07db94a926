/** Who may do what: ACL policies from their text to a decision, the policy store, and their {@code sys/} routes. */
@NullMarked
package watchword.core.policy;

import org.jspecify.annotations.NullMarked;
