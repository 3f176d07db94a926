/**
 * The {@code ldap} secrets engine: passwords of accounts in a directory that are rotated, entries that are made for a lease, and libraries
 * of accounts that are checked out. How a directory is reached is in the package above, which the auth method is in.
 */
@NullMarked
package watchword.engines.ldap.secrets;

import org.jspecify.annotations.NullMarked;
