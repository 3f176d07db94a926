/**
 * Who failed to log in too often is locked out for a while: counted in memory, in a table that no flood of names makes grow; kept in the
 * store once locked, so that a lock holds on every server and after a restart. It ends by itself. Tokens that were given before live on.
 */
@NullMarked
package watchword.core.lockout;

import org.jspecify.annotations.NullMarked;
