#include <cstdio>
#include <memory>
#include <string>

#include "app/cli/commands.h"
#include "app/cli/extract_options.h"
#include "app/cli/text.h"

namespace dank::cli {

namespace {

std::string valueText(const BenchItem &item)
{
    return fixed(item.value, item.value < 100 ? 2 : 0) + ' ' + item.unit;
}

int bench(Context &context, const std::string &what, const std::string &device)
{
    const BenchReport report = context.engine().bench(what, device, context.library(), context.job());
    context.console().clear();
    if (context.json()) {
        Json items = Json::array();
        for (const BenchItem &item : report.items)
            items.push_back({{"name", item.name}, {"title", item.title}, {"value", number(item.value)}, {"unit", item.unit}});
        printJson({{"device", report.device}, {"device_note", report.deviceNote}, {"threads", report.threads},
                   {"items", items}});
        return kSuccess;
    }
    printLine("Device " + report.device + ", " + plural(static_cast<std::size_t>(report.threads), "thread", "threads")
              + (report.deviceNote.empty() ? "" : " (" + report.deviceNote + ")"));
    std::vector<std::vector<std::string>> rows;
    for (const BenchItem &item : report.items)
        rows.push_back({item.title, valueText(item)});
    print(table(rows));
    return kSuccess;
}

std::string scientific(double value)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.2g", value);
    return text;
}

int selftest(Context &context, const std::string &device)
{
    const std::vector<SelfCheck> checks = context.engine().selfTest(device, context.job());
    context.console().clear();
    bool good = true;
    for (const SelfCheck &check : checks)
        good = good && check.ok;
    if (context.json()) {
        Json list = Json::array();
        for (const SelfCheck &check : checks)
            list.push_back({{"name", check.name},
                            {"max_difference", number(check.maxDifference)},
                            {"tolerance", number(check.tolerance)},
                            {"ok", check.ok}});
        printJson({{"ok", good}, {"checks", list}});
    } else {
        std::vector<std::vector<std::string>> rows{{"check", "difference", "may be", ""}};
        for (const SelfCheck &check : checks)
            rows.push_back({check.name, scientific(check.maxDifference), scientific(check.tolerance), check.ok ? "ok" : "WRONG"});
        print(table(rows));
    }
    if (!good)
        throw Error(ErrorKind::Device, "The numbers of the device are not what they should be: features made on it cannot be "
                                       "trusted. Use --device cpu, and report the output of `dank doctor`.");
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
