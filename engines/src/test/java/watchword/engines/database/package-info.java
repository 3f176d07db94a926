@NullMarked
package watchword.engines.database;

import org.jspecify.annotations.NullMarked;
