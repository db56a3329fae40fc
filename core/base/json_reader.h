#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace dank {

class JsonDocument;

/// One value of a JsonDocument, which must outlive it. What is not as it is asked for is refused: the document's way of
/// refusing is called with a part of a sentence, "'rows' is no finite number". Cheap to copy.
class JsonValue {
public:
    static constexpr std::size_t kAny = std::numeric_limits<std::size_t>::max();

    /// The member of that name. Refused when it is missing, or this is no object.
    JsonValue at(const char *key) const;
    /// The same; empty where it is missing.
    std::optional<JsonValue> find(const char *key) const;
    /// The same; empty where it is missing or null.
    std::optional<JsonValue> defined(const char *key) const;

    bool isNull() const;
    /// The names of an object's members.
    std::vector<std::string> keys() const;
    /// The items of a list of at most `most`.
    std::vector<JsonValue> list(std::size_t most = kAny) const;
    /// The items of a list of exactly `count`.
    std::vector<JsonValue> tuple(std::size_t count) const;
    /// UTF-8 of at most `most` bytes.
    std::string text(std::size_t most = kAny) const;
    /// The same, fit for a terminal or a label: no line ends, no escape sequences.
    std::string plainText(std::size_t most = kAny) const;
    bool flag() const;
    /// A number of `least` to `most`, never an infinite one.
    double finite(double least = std::numeric_limits<double>::lowest(),
                  double most = std::numeric_limits<double>::max()) const;
    /// A number without a fraction of `least` to `most`.
    template <std::integral Whole>
    Whole whole(Whole least = 0, Whole most = std::numeric_limits<Whole>::max()) const
    {
        if constexpr (std::is_signed_v<Whole>)
            return static_cast<Whole>(signedWhole(least, most));
        else
            return static_cast<Whole>(unsignedWhole(least, most));
    }
    std::vector<double> finites(std::size_t most = kAny) const;
    std::vector<std::string> texts(std::size_t most = kAny, std::size_t mostBytes = kAny) const;
    /// The value as JSON.
    std::string dump() const;

    [[noreturn]] void refuse(const std::string &why) const;

private:
    friend class JsonDocument;
    JsonValue(const JsonDocument *document, const void *value, std::string_view name)
        : m_document(document), m_value(value), m_name(name)
    {
    }
    [[noreturn]] void refuseIt(const std::string &why) const;
    std::int64_t signedWhole(std::int64_t least, std::int64_t most) const;
    std::uint64_t unsignedWhole(std::uint64_t least, std::uint64_t most) const;

    const JsonDocument *m_document;
    const void *m_value;      ///< the library's own, which is not shown here
    std::string_view m_name;  ///< of the member that it is, or whose item
};

/// JSON that may come from a stranger, read strictly: no more objects and lists inside one another and no more values
/// than said, with no name twice in one object. What is left to check is each value, as it is asked for.
class JsonDocument {
public:
    /// Throws an Error made of `why`, a part of a sentence.
    using Refuse = std::function<void(const std::string &why)>;

    JsonDocument(std::string_view text, int mostDepth, Refuse refuse,
                 std::size_t mostValues = std::numeric_limits<std::size_t>::max());
    ~JsonDocument();

    /// The whole document.
    JsonValue root() const { return {this, m_root.get(), {}}; }

private:
    friend class JsonValue;

    struct Deleter {
        void operator()(const void *root) const;
    };
    Refuse m_refuse;
    std::unique_ptr<const void, Deleter> m_root;
};

}  // namespace dank
