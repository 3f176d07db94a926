/**
 * Encryption between the server and its store: what is written comes out of here encrypted and bound to its name, and what was changed in
 * the store does not come in. Counts encryptions, rotates keys, and notices a store that was put back to an earlier state. How the root
 * key is had, and when, is for {@code watchword.core.seal}.
 */
@NullMarked
package watchword.core.barrier;

import org.jspecify.annotations.NullMarked;
