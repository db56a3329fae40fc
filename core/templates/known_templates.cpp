#include "core/templates/known_templates.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/folder_lock.h"
#include "core/base/json_reader.h"

namespace dank {

namespace {

constexpr int kFileVersion = 1;
constexpr std::uint64_t kMaxFileBytes = 512ull << 20;
constexpr std::size_t kDigits = 16;  // of a block
constexpr std::size_t kHashDigits = 32;
constexpr int kMostDepth = 6;

/// Letters of ASCII made small: enough to tell that two files name one template.
std::string folded(std::string_view name)
{
    std::string text(name);
    for (char &c : text)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return text;
}

std::string hexOf(const PictureSignature &signature)
{
    static constexpr char kHex[] = "0123456789abcdef";
    std::string text;
    for (const SignatureWindow &window : signature.windows)
        for (const std::uint64_t block : window.blocks)
            for (int shift = 60; shift >= 0; shift -= 4)
                text += kHex[block >> shift & 0xf];
    return text;
}

std::optional<PictureSignature> signatureOf(std::string_view hex)
{
    constexpr std::size_t kView = PictureSignature::kWindows * SignatureWindow::kBlocks * kDigits;
    if (hex.empty() || hex.size() % kView != 0 || hex.size() > kView * PictureSignature::kMostViews)
        return std::nullopt;
    PictureSignature signature;
    signature.windows.resize(hex.size() / kView * PictureSignature::kWindows);
    const char *at = hex.data();
    for (SignatureWindow &window : signature.windows)
        for (std::uint64_t &block : window.blocks) {
            const auto [end, failed] = std::from_chars(at, at + kDigits, block, 16);
            if (failed != std::errc() || end != at + kDigits)
                return std::nullopt;
            at = end;
        }
    return signature;
}

bool isHash(std::string_view text)
{
    return text.size() == kHashDigits
           && std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool isName(const std::string &name)
{
    return !name.empty() && name.size() <= KnownTemplates::kMaxNameBytes && printable(name) == name;
}

}  // namespace

const char *confidenceName(const TemplateMatch &match) noexcept
{
    return match.sure ? "sure" : "likely";
}

std::string templateText(const std::optional<TemplateMatch> &match)
{
    return match ? match->name + " (distance " + std::to_string(match->distance) + ", " + confidenceName(*match) + ")"
                 : "none that is known";
}

std::filesystem::path KnownTemplates::fileIn(const std::filesystem::path &library)
{
    return library / "templates.json";
}

KnownTemplates KnownTemplates::load(const std::filesystem::path &library)
{
    const std::filesystem::path file = fileIn(library);
    std::error_code failed;
    if (!std::filesystem::exists(std::filesystem::symlink_status(file, failed)))
        return {};
    const auto refuse = [&](const std::string &why) {
        throw Error(ErrorKind::Library,
                    "The named templates in '" + displayPath(file) + "' cannot be used: " + why
                        + ". Move the file away and add the templates again (dank templates add).",
                    file);
    };
    const std::string text = readTextFile(file, kMaxFileBytes);
    const JsonDocument document(text, kMostDepth, refuse, 4 * kMaxLooks + 100);
    const JsonValue root = document.root();
    if (const int version = root.at("version").whole<int>(1); version != kFileVersion)
        refuse("it is of version " + std::to_string(version) + ", which a newer program wrote");
    if (root.at("signatures").whole<int>(1) != kSignatureVersion)
        refuse("its pictures were described by another version of this program");
    KnownTemplates known;
    for (const JsonValue &item : root.at("templates").list(kMaxLooks)) {
        const std::string name = item.at("name").text(kMaxNameBytes);
        if (!isName(name))
            item.refuse("a name is empty or not printable");
        for (const JsonValue &look : item.at("looks").list(kMaxLooks)) {
            const std::string picture = look.at("picture").text(kHashDigits);
            auto signature = signatureOf(look.at("signature").text());
            if (!isHash(picture) || !signature)
                look.refuse("a picture of \"" + name + "\" is not described as it should be");
            if (known.looks() >= kMaxLooks)
                refuse("it holds more than " + std::to_string(kMaxLooks) + " pictures");
            known.add(name, {picture, std::move(*signature)});
        }
    }
    return known;
}

void KnownTemplates::write(const std::filesystem::path &library) const
{
    nlohmann::ordered_json templates = nlohmann::ordered_json::array();
    for (const KnownTemplate &one : m_templates) {
        nlohmann::ordered_json looks = nlohmann::ordered_json::array();
        for (const KnownTemplate::Look &look : one.looks)
            looks.push_back({{"picture", look.picture}, {"signature", hexOf(look.signature)}});
        templates.push_back({{"name", one.name}, {"looks", std::move(looks)}});
    }
    const nlohmann::ordered_json document{
        {"version", kFileVersion}, {"signatures", kSignatureVersion}, {"templates", std::move(templates)}};
    writeFileAtomically(fileIn(library), document.dump(1) + '\n');
}

KnownTemplates KnownTemplates::change(const std::filesystem::path &library,
                                      const std::function<bool(KnownTemplates &)> &change)
{
    const FileDescriptor lock = lockFolder(library, "Another program is busy with the library in '"
                                                        + displayPath(library) + "'. Try again in a moment.");
    KnownTemplates known = load(library);
    if (change(known))
        known.write(library);
    return known;
}

std::vector<KnownTemplate>::iterator KnownTemplates::placeOf(std::string_view name)
{
    return std::ranges::lower_bound(m_templates, folded(name), {},
                                    [](const KnownTemplate &one) { return folded(one.name); });
}

KnownTemplates::Added KnownTemplates::add(std::string_view name, KnownTemplate::Look look)
{
    const std::string text(name);
    if (!isName(text))
        throw Error(ErrorKind::Format, "A template's name must be printable and 1 to " + std::to_string(kMaxNameBytes)
                                           + " bytes long, not \"" + printable(text) + "\". Rename the file.");
    if (looks() >= kMaxLooks)
        throw Error(ErrorKind::Format, "A library knows at most " + std::to_string(kMaxLooks)
                                           + " pictures of templates. Remove some (dank templates remove).");
    const auto place = placeOf(text);
    if (place == m_templates.end() || folded(place->name) != folded(text)) {
        m_templates.insert(place, {text, {std::move(look)}});
        ++m_looks;
        return Added::New;
    }
    for (const KnownTemplate::Look &known : place->looks)
        if (known.picture == look.picture || known.signature == look.signature)
            return Added::Already;
    place->looks.push_back(std::move(look));
    ++m_looks;
    return Added::AnotherLook;
}

bool KnownTemplates::remove(std::string_view name)
{
    const auto place = placeOf(name);
    if (place == m_templates.end() || folded(place->name) != folded(name))
        return false;
    m_looks -= place->looks.size();
    m_templates.erase(place);
    return true;
}

std::optional<TemplateMatch> KnownTemplates::match(const PictureSignature &signature) const
{
    constexpr int kApart = 3;  // a second template nearer than that makes the first unsure
    int least = kFarthest, second = kFarthest;
    const KnownTemplate *nearest = nullptr;
    for (const KnownTemplate &one : m_templates) {
        int distance = kFarthest;
        for (const KnownTemplate::Look &look : one.looks)
            distance = std::min(distance, signatureDistance(signature, look.signature));
        if (distance < least) {
            second = std::exchange(least, distance);
            nearest = &one;
        } else {
            second = std::min(second, distance);
        }
    }
    if (!nearest || least > kFarthestMatch)
        return std::nullopt;
    return TemplateMatch{nearest->name, least, least <= kSureMatch && second >= least + kApart};
}

std::string templateNameOf(const std::filesystem::path &file)
{
    std::string name = printable(displayPath(file.stem()));
    std::ranges::replace(name, '-', ' ');
    std::ranges::replace(name, '_', ' ');
    std::string text;
    for (const char c : name)
        if (c != ' ' || (!text.empty() && text.back() != ' '))
            text += c;
    while (text.ends_with(' '))
        text.pop_back();
    return text;
}

}  // namespace dank
