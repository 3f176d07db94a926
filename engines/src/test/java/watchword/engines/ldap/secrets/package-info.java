/** Tests of the ldap secrets engine. */
@NullMarked
package watchword.engines.ldap.secrets;

import org.jspecify.annotations.NullMarked;
