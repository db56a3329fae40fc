#include <memory>
#include <string>

#include "app/cli/commands.h"
#include "app/cli/extract_options.h"
#include "app/cli/text.h"
#include "core/engine/engine_text.h"

namespace dank::cli {

namespace {

int bench(Context &context, const std::string &what, const std::string &device)
{
    const BenchReport report = context.engine().machine().bench(what, device, context.library(), context.job());
    context.console().clear();
    if (context.json()) {
        Json items = Json::array();
        for (const BenchItem &item : report.items)
            items.push_back(
                {{"name", item.name}, {"title", item.title}, {"value", number(item.value)}, {"unit", item.unit}});
        printJson({{"device", report.device},
                   {"device_note", report.deviceNote},
                   {"threads", report.threads},
                   {"items", items}});
        return kSuccess;
    }
    print(benchText(report));
    return kSuccess;
}

int selftest(Context &context, const std::string &device)
{
    const std::vector<SelfCheck> checks = context.engine().machine().selfTest(device, context.job());
    context.console().clear();
    const bool good = allHold(checks);
    if (context.json()) {
        Json list = Json::array();
        for (const SelfCheck &check : checks)
            list.push_back({{"name", check.name},
                            {"max_difference", number(check.maxDifference)},
                            {"tolerance", number(check.tolerance)},
                            {"ok", check.ok}});
        printJson({{"ok", good}, {"checks", list}});
    } else {
        print(selfTestText(checks));
    }
    if (!good)
        throw Error(ErrorKind::Device, selfTestFailure());
    return kSuccess;
}

}  // namespace

Action declareBench(CLI::App &app)
{
    auto what = std::make_shared<std::string>("all");
    auto device = std::make_shared<std::string>("auto");
    app.add_option("--what", *what, "extract, train, rate or all")
        ->check(CLI::IsMember({"extract", "train", "rate", "all"}))
        ->type_name("WHAT")
        ->capture_default_str();
    addDeviceOption(app, *device);
    return [what, device](Context &context) { return bench(context, *what, *device); };
}

Action declareSelftest(CLI::App &app)
{
    auto device = std::make_shared<std::string>("auto");
    addDeviceOption(app, *device);
    return [device](Context &context) { return selftest(context, *device); };
}

}  // namespace dank::cli
