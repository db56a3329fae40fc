#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "app/cli/text.h"
#include "core/base/job.h"

namespace dank::cli {

enum class ProgressStyle {
    Automatic,  ///< Line on a terminal, else Plain
    Line,       ///< one line, redrawn
    Plain,      ///< a line at most every two seconds
    Ndjson,     ///< a JSON object a line
    None,
};

/// Everything on stderr: progress, notes, skipped rows. Thread-safe.
class Console {
public:
    explicit Console(ProgressStyle style);
    ~Console();

    /// How far a stage is, and how long it will take where that can be told. `data` is what a machine reads (ndjson),
    /// beside `stage`, `done` and `total`; `extra` is what a person reads after the counts.
    void progress(std::string_view stage, std::size_t done, std::size_t total, const std::string &extra = {},
                  const Json &data = Json::object());
    void progress(const Progress &progress) { this->progress(progress.stage, progress.done, progress.total); }
    /// A whole line that stays.
    void note(const std::string &text);
    /// One line each, the first kSkippedShown, then how many more. `listed`: the JSON document lists them all.
    static constexpr std::size_t kSkippedShown = 20;
    void skipped(std::span<const Skipped> items, bool listed) { skipped(items, items.size(), listed); }
    /// Where `all` are not at hand: of them the first ones.
    void skipped(std::span<const Skipped> first, std::size_t all, bool listed);
    /// Takes the redrawn line away.
    void clear();

private:
    using Clock = std::chrono::steady_clock;
    void clearLine();
    void write(const std::string &text);
    /// Of the stage, once that is likely to hold: after 3 s and 5 % of the way.
    std::optional<double> secondsLeft(std::size_t done, std::size_t total) const;

    const ProgressStyle m_style;
    std::mutex m_mutex;  ///< guards what follows and keeps lines whole
    bool m_lineShown = false;
    std::string m_stage;
    Clock::time_point m_began{};  ///< of the stage, and how far it was then
    std::size_t m_beganAt = 0;
    Clock::time_point m_written{};
};

}  // namespace dank::cli
