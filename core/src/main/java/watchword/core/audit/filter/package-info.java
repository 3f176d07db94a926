/** Which entries a device takes and which fields it leaves out: a small language of comparisons over an entry's fields. Knows no devices. */
@NullMarked
package watchword.core.audit.filter;

import org.jspecify.annotations.NullMarked;
