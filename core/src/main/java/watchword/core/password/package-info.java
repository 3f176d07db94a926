/** How passwords are made for accounts of other systems, and {@code sys/policies/password}. Who may ask for one is decided elsewhere. */
@NullMarked
package watchword.core.password;

import org.jspecify.annotations.NullMarked;
