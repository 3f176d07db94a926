/**
 * The {@code ldap} auth method: a directory vouches for its users by their bind, and tells their groups. The conversation with the directory
 * is in {@code Directory}; what is stored is in {@code LdapConfig}.
 */
@NullMarked
package watchword.engines.ldap;

import org.jspecify.annotations.NullMarked;
