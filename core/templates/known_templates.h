#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/job.h"
#include "core/templates/picture_signature.h"

namespace dank {

/// A template that somebody named, by its looks: usually one picture, several where a name was given several.
struct KnownTemplate {
    struct Look {
        std::string picture;  ///< hashFile() of its file
        PictureSignature signature;
    };
    std::string name;  ///< printable UTF-8, not empty, at most kMaxNameBytes
    std::vector<Look> looks;
};

/// Which known template a picture is.
struct TemplateMatch {
    std::string name;
    int distance = 0;  ///< signatureDistance()
    bool sure = false;
};
/// "sure" or "likely".
const char *confidenceName(const TemplateMatch &match) noexcept;
/// "Distracted boyfriend (distance 3, sure)", or "none that is known".
std::string templateText(const std::optional<TemplateMatch> &match);

/// The templates that a library knows by name: `templates.json` in its folder, apart from the database. A value.
class KnownTemplates {
public:
    static constexpr std::size_t kMaxNameBytes = 200;
    static constexpr std::size_t kMaxLooks = 20'000;  ///< of all templates together
    static constexpr int kFarthestMatch = 14, kSureMatch = 9;

    static std::filesystem::path fileIn(const std::filesystem::path &library);
    /// None where there is no such file. Throws Error{Library} for one that is not what write() makes: from a newer
    /// version, or damaged; Error{File} for one that cannot be read.
    static KnownTemplates load(const std::filesystem::path &library);
    /// Replaces the file as a whole. Throws Error{Disk|File}.
    void write(const std::filesystem::path &library) const;
    /// Reads the file anew, has `change` change it and, where that says true, has it on the disk when this returns:
    /// what others added or removed meanwhile stays so. Returns what is known then. `change` must not open the library.
    /// Throws as load(), write() and `change`, and Error{Library} while another program does not let go for seconds.
    static KnownTemplates change(const std::filesystem::path &library,
                                 const std::function<bool(KnownTemplates &)> &change);

    const std::vector<KnownTemplate> &templates() const { return m_templates; }  ///< by name, whatever the case
    bool empty() const { return m_templates.empty(); }
    std::size_t looks() const { return m_looks; }

    enum class Added { New, AnotherLook, Already };
    /// Names are the same that differ in nothing but case. A look that the template has already is not added again.
    /// Throws Error{Format} for a name that is empty or too long, and where there are too many.
    Added add(std::string_view name, KnownTemplate::Look look);
    /// False where there is none of that name.
    bool remove(std::string_view name);

    /// The template whose nearest look is the nearest of all, within kFarthestMatch; sure within kSureMatch where no
    /// other template is about as near. Compares with every look: about 20 µs each.
    std::optional<TemplateMatch> match(const PictureSignature &signature) const;

private:
    /// Where the template of that name is, or would be.
    std::vector<KnownTemplate>::iterator placeOf(std::string_view name);

    std::vector<KnownTemplate> m_templates;
    std::size_t m_looks = 0;
};

/// What a file's name says of the template it shows: "Distracted-Boyfriend_2.jpg" is "Distracted Boyfriend 2".
std::string templateNameOf(const std::filesystem::path &file);

}  // namespace dank
