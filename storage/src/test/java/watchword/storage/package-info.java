@NullMarked
package watchword.storage;

import org.jspecify.annotations.NullMarked;
