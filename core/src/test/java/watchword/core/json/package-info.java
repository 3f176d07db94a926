/** What JSON from outside may be. */
@NullMarked
package watchword.core.json;

import org.jspecify.annotations.NullMarked;
