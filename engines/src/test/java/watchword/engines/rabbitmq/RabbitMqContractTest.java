package watchword.engines.rabbitmq;

import java.util.Map;
import watchword.engines.EngineContract;
import watchword.engines.EnginePlayer;

class RabbitMqContractTest implements EngineContract {
    @Override
    public EnginePlayer player() {
        return new EnginePlayer((context, options) -> new RabbitMqEngine(context, new PretendedBroker()), Map.of());
    }
}
