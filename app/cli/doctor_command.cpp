#include <fstream>
#include <string>
#include <thread>

#include "app/cli/commands.h"
#include "app/cli/text.h"
#include "core/base/file.h"
#include "core/base/file_system.h"
#include "core/base/instruction_set.h"
#include "core/base/version.h"
#include "core/engine/engine_text.h"

namespace dank::cli {

namespace {

namespace fs = std::filesystem;

/// SQLite keeps the schema's version at byte 60 of the file, so that it can be told even for a library that this
/// version cannot open.
Json schemaVersion(const fs::path &database)
{
    std::ifstream file(database, std::ios::binary);
    unsigned char bytes[4] = {};
    if (!file.seekg(60) || !file.read(reinterpret_cast<char *>(bytes), sizeof bytes))
        return nullptr;
    return (std::uint32_t{bytes[0]} << 24) | (std::uint32_t{bytes[1]} << 16) | (std::uint32_t{bytes[2]} << 8)
           | bytes[3];
}

std::uint64_t sizeOf(const fs::path &folder)
{
    std::uint64_t bytes = 0;
    std::error_code error;
    for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
        std::error_code ignored;
        if (at->is_regular_file(ignored) && !at->is_symlink(ignored))
            bytes += at->file_size(ignored);
    }
    return bytes;
}

Json processorFacts()
{
    return {{"cores", std::thread::hardware_concurrency()},
            {"has", instructionSetName(processorInstructionSet())},
            {"uses", instructionSetName(instructionSet())},
            {"forced", isInstructionSetForced()}};
}

std::string processorText(const Json &processor)
{
    std::string text = plural(processor["cores"].get<unsigned>(), "core", "cores") + ", "
                       + processor["uses"].get<std::string>() + " instructions";
    if (processor["forced"] == true)
        text += ", forced by DANK_ISA (it has " + processor["has"].get<std::string>() + ")";
    return text;
}

Json libraryFacts(const Context &context)
{
    Json facts{{"folder", displayPath(context.library())}, {"exists", nullptr}};
    const std::string kind = fileSystemOf(context.library());
    facts["file_system"] = kind.empty() ? Json() : Json(kind);
    facts["network_file_system"] = isNetworkFileSystem(kind);
    try {
        facts["exists"] = context.libraryExists();
        if (!context.libraryExists())
            return facts;
        facts["schema"] = schemaVersion(context.library() / "library.sqlite");
        facts["bytes"] = sizeOf(context.library());
        const Library library = context.readLibrary();
        facts["runs"] = library.runs().list().size();
        facts["features"] = Json::object();
        for (const auto &[backbone, rows] : library.features().counts())
            facts["features"][backbone] = rows;
    } catch (const Error &error) {
        facts["error"] = error.what();
    }
    return facts;
}

Json engineFacts(Context &context)
{
    Json facts{{"ok", false}};
    try {
        Engine &engine = context.engine();
        const EngineInfo info = engine.machine().info();
        facts["versions"] = Json::object();
        for (const auto &[name, version] : info.versions)
            facts["versions"][name] = version;
        facts["devices"] = Json::array();
        for (const auto &[name, description] : info.devices)
            facts["devices"].push_back({{"name", name}, {"description", description}});
        facts["auto_device"] = info.autoDevice;
        facts["auto_note"] = info.autoNote;
        facts["native_bfloat16"] = info.nativeBFloat16;
        facts["ok"] = true;
    } catch (const Error &error) {
        facts["error"] = error.what();
    }
    return facts;
}

/// Which weights are installed.
Json weightsFacts(Context &context)
{
    Json list = Json::array();
    try {
        for (const BackboneStatus &status :
             context.engine().extractor().backbones(nullptr, {}, context.library(), context.job()))
            list.push_back({{"id", status.id},
                            {"columns", status.columns},
                            {"weights", displayPath(status.weights)},
                            {"origin", status.origin},
                            {"problem", status.problem},
                            {"needs_weights", status.kind == BackboneKind::Network},
                            {"expected_at", displayPath(status.expectedAt)}});
    } catch (const Error &) {
        // What is wrong with the engine or the library is told by their own facts.
    }
    return list;
}

std::string textOf(const Json &value)
{
    return value.is_string() ? value.get<std::string>() : value.dump();
}

void line(const std::string &name, const std::string &text)
{
    printLine(name + std::string(name.size() < 16 ? 16 - name.size() : 1, ' ') + text);
}

void printEngine(const Json &engine)
{
    if (engine.contains("error"))
        line("Engine", "does not open: " + textOf(engine["error"]));
    if (!engine.contains("auto_device"))
        return;
    for (const auto &[name, version] : engine["versions"].items())
        line(name, textOf(version));
    EngineInfo info;
    info.autoDevice = textOf(engine["auto_device"]);
    info.autoNote = textOf(engine["auto_note"]);
    info.nativeBFloat16 = engine["native_bfloat16"] == true;
    for (const Json &device : engine["devices"])
        line("Device", deviceLine({textOf(device["name"]), textOf(device["description"])}));
    line("auto takes", automaticText(info));
    line("bfloat16", bfloat16Text(info));
}

void printLibrary(const Json &library)
{
    line("Library", textOf(library["folder"]) + (library["exists"] == false ? " (not made yet)" : ""));
    if (library["exists"] == false)
        return;
    if (library["network_file_system"] == true)
        line("", "on a network file system (" + textOf(library["file_system"])
                     + "): only one machine at a time may use it");
    if (library.contains("bytes"))
        line("", "schema " + textOf(library["schema"]) + ", " + fixed(library["bytes"].get<double>() / 1e6, 1) + " MB");
    if (library.contains("error")) {
        line("", textOf(library["error"]));
        return;
    }
    line("", plural(library["runs"].get<std::size_t>(), "run", "runs"));
    for (const auto &[backbone, rows] : library["features"].items())
        line("", plural(rows.get<std::size_t>(), "picture", "pictures") + " as " + backbone);
}

int doctor(Context &context)
{
    const Json engine = engineFacts(context);
    const Json library = libraryFacts(context);
    const Json weights = weightsFacts(context);
    const Json processor = processorFacts();
    if (context.json()) {
        printJson({{"version", DANK_VERSION},
                   {"compiler", __VERSION__},
                   {"cores", processor["cores"]},
                   {"processor", processor},
                   {"engine", engine},
                   {"library", library},
                   {"backbones", weights}});
        return kSuccess;
    }
    line("dank", std::string(DANK_VERSION) + ", built with compiler " + __VERSION__);
    line("Processor", processorText(processor));
    printEngine(engine);
    printLibrary(library);
    for (const Json &backbone : weights) {
        const std::string file = textOf(backbone["weights"]);
        if (const std::string problem = textOf(backbone["problem"]); !problem.empty()) {
            line(textOf(backbone["id"]), problem);
            continue;
        }
        line(textOf(backbone["id"]), backbone["needs_weights"] == false ? "needs no weights"
                                     : file.empty() ? "no weights at " + textOf(backbone["expected_at"])
                                                    : file);
    }
    return kSuccess;
}

}  // namespace

Action declareDoctor(CLI::App &)
{
    return doctor;
}

}  // namespace dank::cli
