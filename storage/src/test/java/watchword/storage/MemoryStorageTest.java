package watchword.storage;

import watchword.sdk.Storage;
import watchword.testkit.StorageOrderContract;

class MemoryStorageTest extends StorageOrderContract {
    @Override
    protected Storage open() {
        return new MemoryStorage();
    }

    @Override
    protected boolean isKept() {
        return false;
    }
}
