/**
 * How the root key comes into the process and leaves it: shares or an auto-unseal key, rekeying, and making a root token with a quorum.
 * What the key protects is {@code barrier}.
 */
@NullMarked
package watchword.core.seal;

import org.jspecify.annotations.NullMarked;
