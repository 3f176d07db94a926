/**
 * Accounts in databases: made when asked for and gone with their lease, or there for good with passwords that change. An account is on
 * record before it is made, a password before it is set, so that at no moment there is one that nobody knows of.
 */
@NullMarked
package watchword.engines.database;

import org.jspecify.annotations.NullMarked;
