#include "app/cli/console.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "core/base/file.h"

namespace dank::cli {

namespace {

constexpr auto kRedraw = std::chrono::milliseconds(100);
constexpr auto kPlainEvery = std::chrono::seconds(2);

ProgressStyle resolved(ProgressStyle style)
{
    if (style != ProgressStyle::Automatic)
        return style;
    return isatty(STDERR_FILENO) ? ProgressStyle::Line : ProgressStyle::Plain;
}

std::size_t terminalWidth()
{
    winsize size{};
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

/// Cut to a number of code points, so that a redrawn line never wraps.
std::string cut(const std::string &text, std::size_t width)
{
    std::size_t at = 0, seen = 0;
    while (at < text.size() && seen < width) {
        ++at;
        while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80)
            ++at;
        ++seen;
    }
    return text.substr(0, at);
}

/// Steps too short to be worth a line unless they turn out long.
bool isBrief(std::string_view stage)
{
    return stage == "load" || stage == "find" || stage == "hash";
}

}  // namespace

Console::Console(ProgressStyle style) : m_style(resolved(style)) {}

Console::~Console()
{
    clear();
}

void Console::write(const std::string &text)
{
    std::fwrite(text.data(), 1, text.size(), stderr);
    std::fflush(stderr);
}

void Console::clearLine()
{
    if (m_lineShown)
        write("\r\x1b[K");
    m_lineShown = false;
}

void Console::clear()
{
    std::lock_guard lock(m_mutex);
    clearLine();
}

void Console::progress(std::string_view stage, std::size_t done, std::size_t total, const std::string &extra,
                       const Json &data)
{
    if (m_style == ProgressStyle::None)
        return;
    std::lock_guard lock(m_mutex);
    const auto now = Clock::now();
    const bool last = total > 0 && done >= total;
    // Every epoch is data; other steps are many and small.
    const bool throttled = m_style != ProgressStyle::Ndjson || stage != "train";
    const bool fresh = m_stage != stage;
    if (fresh) {
        m_stage = stage;
        m_began = now;
        m_beganAt = done;
        if (m_style == ProgressStyle::Plain)
            m_written = now;  // a stage that ends within two seconds says so only at its end
    }
    const auto interval = m_style == ProgressStyle::Plain ? Clock::duration(kPlainEvery) : Clock::duration(kRedraw);
    const bool due = now - m_written >= interval || (fresh && m_style != ProgressStyle::Plain)
                     || (last && !(isBrief(stage) && m_style == ProgressStyle::Plain));
    if (throttled && !due)
        return;
    m_written = now;
    const std::optional<double> left = secondsLeft(done, total);

    if (m_style == ProgressStyle::Ndjson) {
        Json event{{"stage", stage}, {"done", done}, {"total", total}};
        if (left)
            event["seconds_left"] = number(*left);
        event.update(data);
        write(jsonText(event) + '\n');
        return;
    }
    std::string line = printable(stage) + ' ' + std::to_string(done);
    if (total > 0)
        line += '/' + std::to_string(total);
    if (!extra.empty())
        line += "  " + printable(extra);
    if (left)
        line += *left < 90 ? "  about " + fixed(*left, 0) + " s left" : "  about " + fixed(*left / 60, 0) + " min left";
    if (m_style == ProgressStyle::Line) {
        write("\r\x1b[K" + cut(line, terminalWidth() - 1));
        m_lineShown = true;
    } else {
        write(line + '\n');
    }
}

std::optional<double> Console::secondsLeft(std::size_t done, std::size_t total) const
{
    const double seconds = std::chrono::duration<double>(Clock::now() - m_began).count();
    if (seconds < 3 || done <= m_beganAt || done >= total || (done - m_beganAt) * 20 < total - m_beganAt)
        return std::nullopt;
    return seconds * static_cast<double>(total - done) / static_cast<double>(done - m_beganAt);
}

void Console::note(const std::string &text)
{
    std::lock_guard lock(m_mutex);
    clearLine();
    if (m_style == ProgressStyle::Ndjson)
        write(jsonText({{"note", text}}) + '\n');
    else
        write(printable(text) + '\n');
}

void Console::skipped(std::span<const Skipped> first, std::size_t all, bool listed)
{
    for (const Skipped &item : first.first(std::min(first.size(), kSkippedShown)))
        note("skipped " + item.id + ": " + skipReasonText(item.reason)
             + (item.detail.empty() ? "" : ": " + item.detail));
    if (all > kSkippedShown)
        note("… and " + std::to_string(all - kSkippedShown) + " more" + (listed ? "" : " (--json lists all)"));
}

}  // namespace dank::cli
