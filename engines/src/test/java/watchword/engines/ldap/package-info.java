@NullMarked
package watchword.engines.ldap;

import org.jspecify.annotations.NullMarked;
