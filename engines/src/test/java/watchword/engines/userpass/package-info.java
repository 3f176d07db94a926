@NullMarked
package watchword.engines.userpass;

import org.jspecify.annotations.NullMarked;
