/**
 * Logins of machines: a role, by its role id, and a secret id that was made for one of its logins or several. What is stored of a secret id
 * is a keyed hash; its last use is taken in the transaction that makes the token.
 */
@NullMarked
package watchword.engines.approle;

import org.jspecify.annotations.NullMarked;
