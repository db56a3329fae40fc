#include "core/learn/loss.h"

#include <algorithm>
#include <charconv>
#include <system_error>

#include "core/base/error.h"
#include "core/base/names.h"

namespace dank {

namespace {

constexpr std::size_t kMaxText = 256;
constexpr std::size_t kMaxShown = 60;
constexpr double kLeast = 1e-6, kMost = 1e6;
constexpr const char *kNames[] = {"mse", "huber", "bce", "ranknet"};

[[noreturn]] void refuse(const std::string &why)
{
    throw Error(ErrorKind::Format,
                "This loss cannot be used: " + why + ". Write it as in mse, huber, huber:0.2, bce or bce+0.5ranknet.");
}

/// Fit for a message, whatever it is.
std::string shown(std::string_view text)
{
    std::string result(text.substr(0, kMaxShown));
    std::replace_if(
        result.begin(), result.end(), [](char c) { return c < 0x20 || c > 0x7e; }, '?');
    return "'" + result + (text.size() > kMaxShown ? "…'" : "'");
}

/// Takes the number that `text` begins with, if any.
bool takeNumber(std::string_view &text, double &value)
{
    if (text.empty() || ((text[0] < '0' || text[0] > '9') && text[0] != '.'))
        return false;  // from_chars knows "inf" and "nan" too
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
    if (error != std::errc())
        refuse(shown(text) + " does not begin with a usable number");
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return true;
}

LossTerm termFromText(std::string_view text)
{
    LossTerm term;
    std::string_view rest = text;
    takeNumber(rest, term.weight);
    const std::string_view name = rest.substr(0, rest.find(':'));
    const auto kind = valueIn<LossKind>(kNames, name);
    if (!kind)
        refuse("there is none called " + shown(name));
    term.kind = *kind;
    rest.remove_prefix(name.size());
    if (rest.empty())
        return term;
    rest.remove_prefix(1);
    if (term.kind != LossKind::Huber || !takeNumber(rest, term.delta) || !rest.empty())
        refuse(shown(text) + " is none; only huber takes a number, where it turns from square to straight");
    return term;
}

/// As fixed digits: an exponent's sign would read as the next term.
std::string number(double value)
{
    char text[400];
    const auto [end, error] = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed);
    return error == std::errc() ? std::string(text, end) : std::string("0");
}

}  // namespace

const char *lossKindName(LossKind kind) noexcept
{
    return nameIn(kNames, kind);
}

std::vector<LossTerm> lossFromText(std::string_view text)
{
    if (text.size() > kMaxText)
        refuse("its text is longer than " + std::to_string(kMaxText) + " characters");
    std::string dense(text);
    std::erase(dense, ' ');
    std::vector<LossTerm> terms;
    for (std::string_view rest = dense;;) {
        const std::size_t plus = rest.find('+');
        terms.push_back(termFromText(rest.substr(0, plus)));
        if (plus == std::string_view::npos)
            break;
        rest.remove_prefix(plus + 1);
    }
    checkLoss(terms);
    return terms;
}

std::string lossText(std::span<const LossTerm> terms)
{
    std::string text;
    for (const LossTerm &term : terms) {
        text += text.empty() ? "" : "+";
        text += (term.weight == 1 ? "" : number(term.weight)) + lossKindName(term.kind);
        if (term.kind == LossKind::Huber && term.delta != kHuberDelta)
            text += ':' + number(term.delta);
    }
    return text;
}

void checkLoss(std::span<const LossTerm> terms)
{
    if (terms.empty())
        refuse("it has no terms");
    for (std::size_t i = 0; i < terms.size(); ++i) {
        const LossTerm &term = terms[i];
        const std::string name = lossKindName(term.kind);
        if (lossHas(terms.first(i), term.kind))
            refuse(name + " stands in it twice");
        if (!(term.weight >= kLeast && term.weight <= kMost))
            refuse("the weight of " + name + " must be from 0.000001 to 1000000");
        if (!(term.delta >= kLeast && term.delta <= kMost))
            refuse("the number behind " + name + " must be from 0.000001 to 1000000");
    }
}

bool lossHas(std::span<const LossTerm> terms, LossKind kind) noexcept
{
    return std::any_of(terms.begin(), terms.end(), [kind](const LossTerm &term) { return term.kind == kind; });
}

bool lossFixesHeight(std::span<const LossTerm> terms) noexcept
{
    return std::any_of(terms.begin(), terms.end(),
                       [](const LossTerm &term) { return term.kind != LossKind::RankNet && term.weight > 0; });
}

}  // namespace dank
