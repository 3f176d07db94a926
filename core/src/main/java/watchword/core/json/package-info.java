/** JSON text to plain trees (maps, lists, strings, numbers) and back, with every size bounded. What the fields mean is {@code wire}'s business. */
@NullMarked
package watchword.core.json;

import org.jspecify.annotations.NullMarked;
