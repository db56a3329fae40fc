#include "core/feeds/json_shape.h"

#include <algorithm>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/names.h"
#include "core/feeds/feed_builder.h"

namespace dank {

namespace {

constexpr std::size_t kMostEvents = 50'000;

enum class Shape { None, Scalar, Object, List };

/// A member of the root, or of the first item where the root is a list.
struct Member {
    std::string name;
    Shape shape = Shape::None;
    Shape firstChild = Shape::None;
    std::vector<std::string> childNames;
};

/// nlohmann's SAX events, as many as it takes.
class Look {
public:
    bool null() { return seen(Shape::Scalar); }
    bool boolean(bool) { return seen(Shape::Scalar); }
    bool number_integer(std::int64_t) { return seen(Shape::Scalar); }
    bool number_unsigned(std::uint64_t) { return seen(Shape::Scalar); }
    bool number_float(double, const std::string &) { return seen(Shape::Scalar); }
    bool string(std::string &) { return seen(Shape::Scalar); }
    bool binary(nlohmann::json::binary_t &) { return seen(Shape::Scalar); }
    bool start_object(std::size_t) { return open(Shape::Object); }
    bool end_object() { return close(); }
    bool start_array(std::size_t) { return open(Shape::List); }
    bool end_array() { return close(); }
    bool key(std::string &name)
    {
        if (m_depth == m_top)
            members.push_back({name, {}, {}, {}});
        else if (m_depth == m_top + 1 && !members.empty() && members.back().childNames.size() < 100)
            members.back().childNames.push_back(name);
        return true;
    }
    bool parse_error(std::size_t, const std::string &, const nlohmann::json::exception &) { return false; }

    Shape root = Shape::None;
    std::vector<Member> members;

private:
    bool seen(Shape shape)
    {
        if (m_depth == m_top && !members.empty())
            members.back().shape = shape;
        else if (m_depth == m_top + 1 && !members.empty() && members.back().firstChild == Shape::None)
            members.back().firstChild = shape;
        // A table of rows is known by its first one.
        const bool known = root == Shape::Object && m_depth == 2 && members.size() == 1 && shape == Shape::Object
                           && members.back().shape == Shape::Object && members.back().name != "data";
        return !known && ++m_events < kMostEvents;
    }

    bool open(Shape shape)
    {
        if (m_depth == 0) {
            root = shape;
            m_top = shape == Shape::List ? 2 : 1;
        }
        const bool more = seen(shape);
        ++m_depth;
        return more;
    }

    bool close()
    {
        --m_depth;
        return !(root == Shape::List && m_depth == 1);  // the first item is enough
    }

    std::size_t m_depth = 0, m_top = 1, m_events = 0;
};

}  // namespace

const char *jsonLayoutName(JsonLayout layout) noexcept
{
    static constexpr const char *kNames[] = {"TinyDB",         "JSON list",    "Reddit listing", "Reddit post",
                                             "pandas columns", "pandas index", "pandas split",   "JSON object"};
    return nameIn(kNames, layout);
}

JsonLayout jsonLayoutOf(std::string_view text)
{
    Look look;
    nlohmann::json::sax_parse(text, &look);
    const auto has = [&](std::string_view name, Shape shape) {
        return std::ranges::any_of(look.members,
                                   [&](const Member &member) { return member.name == name && member.shape == shape; });
    };
    const auto any = [&](auto test) { return std::ranges::any_of(look.members, test); };
    if (has("kind", Shape::Scalar) && has("data", Shape::Object)) {
        const bool children = any([](const Member &member) {
            return member.name == "data" && std::ranges::find(member.childNames, "children") != member.childNames.end();
        });
        if (children)
            return JsonLayout::Listing;
        if (look.root == Shape::Object)
            return JsonLayout::Post;
    }
    if (look.root == Shape::List)
        return JsonLayout::List;
    if (has("columns", Shape::List) && has("data", Shape::List))
        return JsonLayout::PandasSplit;
    if (any([](const Member &member) { return member.firstChild == Shape::Object; }))
        return JsonLayout::Tables;
    if (any([](const Member &member) { return member.shape == Shape::Scalar && namesUpvotes(member.name); }))
        return JsonLayout::Single;
    if (any([](const Member &member) { return member.firstChild == Shape::Scalar && namesField(member.name); }))
        return JsonLayout::PandasColumns;
    if (any([](const Member &member) {
            return member.shape == Shape::Object && std::ranges::any_of(member.childNames, namesField);
        }))
        return JsonLayout::PandasIndex;
    return JsonLayout::Tables;
}

}  // namespace dank
