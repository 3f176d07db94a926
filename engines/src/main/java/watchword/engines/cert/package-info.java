/**
 * The {@code cert} auth method: clients log in with the TLS certificate of their connection. The listener has proven that they hold its
 * key; whom it is from, whether it was revoked, and what it is good for, is judged here alone, at each login and renewal anew.
 */
@NullMarked
package watchword.engines.cert;

import org.jspecify.annotations.NullMarked;
