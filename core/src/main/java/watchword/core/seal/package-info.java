/**
 * How the root key comes into the process and leaves it: shares or an auto-seal, moving between the two, rekeying, and making a root token
 * with a quorum. What the key protects is {@code barrier}; who may ask for what is decided before a route here is reached.
 */
@NullMarked
package watchword.core.seal;

import org.jspecify.annotations.NullMarked;
