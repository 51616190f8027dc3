/* SPDX-License-Identifier: Apache-2.0 */
/* Measures windows of any program's own with the energy sensors of the machine: a C interface, for
 * every language that can call one, and a C++ face. The library is libjoulemark_meter.so. */
#ifndef JOULEMARK_METER_H
#define JOULEMARK_METER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A meter holds the open sensors and a thread that keeps counters from wrapping unseen. A window is
 * what lies between its begin and its end; any number may be open at once, of any threads.
 *
 * Rules of every call
 *  - No exception crosses. Calls that can fail return NULL or a number that is not 0, and write why
 *    into a message, which may be NULL.
 *  - Text is UTF-8 and ends with NUL.
 *  - A meter must outlive its windows. All calls may be made from several threads at once, those on
 *    one window from one.
 */

#define JM_METER_VERSION 2u

/* Of what the library exports. */
#define JM_METER_API __attribute__((visibility("default")))

#define JM_METER_MESSAGE_SIZE 512
typedef struct jm_meter_message {
  char text[JM_METER_MESSAGE_SIZE];
} jm_meter_message;

typedef struct jm_meter jm_meter;
typedef struct jm_window jm_window;

/* How an energy came about. */
typedef enum jm_energy_class {
  JM_MEASURED = 0,  /* the difference of a cumulative counter */
  JM_DERIVED = 1,   /* a power that was integrated */
  JM_ESTIMATED = 2, /* a model's guess */
  JM_ABSENT = 3     /* not known: reason says why */
} jm_energy_class;

/* The energy of one scope in a window. */
typedef struct jm_energy {
  char scope[64];       /* "package-0", "dram-0", "gpu-0", "total" */
  char sensor[32];      /* "perf", "powercap"; "" when absent */
  int32_t energy_class; /* jm_energy_class */
  double joules;        /* NaN when absent */
  double uncertainty_j; /* standard uncertainty; NaN when absent */
  char reason[32];      /* machine-readable, when absent: "vm", "eacces", "stalled" */
  char detail[512];     /* for people: why, and the remedy; of the total what it covers */
} jm_energy;

/* What a meter is to measure, and how true its sensors are. It grows at its end: begin with
 * JM_METER_OPTIONS_INIT, which says how much of it your program knows, and where all else means
 * what jm_meter_open does. Texts are copied. */
typedef struct jm_meter_options {
  size_t size;      /* of the structure in bytes, as your program knows it */
  const char* root; /* as of jm_meter_open */
  /* Network meters at the plug: "netio://192.168.1.20/1". What they want to know of you is read
   * from JOULEMARK_METER_USER and JOULEMARK_METER_PASSWORD in the environment, sent to them and
   * kept nowhere. The total is theirs then. */
  const char* const* meters;
  size_t meter_count;
  /* Of sensors that were held against better ones: "perf=1.013±0.008", "nvml:gpu-1=0.97+-0.01". */
  const char* const* calibrations;
  size_t calibration_count;
} jm_meter_options;

#define JM_METER_OPTIONS_INIT \
  { sizeof(jm_meter_options), NULL, NULL, 0, NULL, 0 }

/* JM_METER_VERSION of the library. */
JM_METER_API uint32_t jm_meter_version(void);

/* Opens the sensors of this machine, or those below `root` (NULL: "/"), where /sys and /proc are
 * looked for. Takes up to a second, in which counters are watched. A machine without a sensor has a
 * meter too: its energies are absent. NULL when there is no such folder. */
JM_METER_API jm_meter* jm_meter_open(const char* root, jm_meter_message* message);
/* The same with options, NULL: none. Network meters are asked until they answer, two seconds each
 * at most. NULL also where an option is wrong, or is one that this library is too old to know; a
 * meter that cannot be read makes energies absent instead. Since version 2. */
JM_METER_API jm_meter* jm_meter_open_with(const jm_meter_options* options,
                                          jm_meter_message* message);
JM_METER_API void jm_meter_close(jm_meter* meter);

/* Reads the counters and begins. NULL when out of memory. */
JM_METER_API jm_window* jm_window_begin(jm_meter* meter, jm_meter_message* message);
/* Reads the counters and ends; once. 0, or another number when the window has ended already. Reads
 * on until every counter has stepped, 1 ms as a rule, so that one which stands still is noticed. */
JM_METER_API int jm_window_end(jm_window* window, jm_meter_message* message);

/* Of a window that has ended; before that 0, NULL and NaN. */
/* Seconds from begin to end on CLOCK_MONOTONIC. */
JM_METER_API double jm_window_seconds(const jm_window* window);
/* One energy for each scope, and the total last; the window's until jm_window_free. */
JM_METER_API size_t jm_window_count(const jm_window* window);
JM_METER_API const jm_energy* jm_window_energies(const jm_window* window);
/* The last of them; NULL before the end. */
JM_METER_API const jm_energy* jm_window_total(const jm_window* window);

/* Standard uncertainty of the calibration behind energy `index`, in joules: the same factor in
 * every window, never part of uncertainty_j. NaN where nobody knows it, or there is no such energy.
 * Since version 2. */
JM_METER_API double jm_window_calibration_j(const jm_window* window, size_t index);

JM_METER_API void jm_window_free(jm_window* window);

#ifdef __cplusplus
} /* extern "C" */

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace joulemark {

/* jm_meter_options with owners. */
struct MeterOptions {
  std::string root = "/";
  std::vector<std::string> meters = {};
  std::vector<std::string> calibrations = {};
};

/* The same with owners. Failures are std::runtime_error. */
class Meter {
 public:
  explicit Meter(const char* root = nullptr) {
    jm_meter_message message{};
    meter_.reset(jm_meter_open(root, &message));
    if (!meter_) throw std::runtime_error(message.text);
  }
  explicit Meter(const MeterOptions& options) {
    const std::vector<const char*> meters = texts(options.meters);
    const std::vector<const char*> calibrations = texts(options.calibrations);
    jm_meter_options given = JM_METER_OPTIONS_INIT;
    given.root = options.root.c_str();
    given.meters = meters.data();
    given.meter_count = meters.size();
    given.calibrations = calibrations.data();
    given.calibration_count = calibrations.size();
    jm_meter_message message{};
    meter_.reset(jm_meter_open_with(&given, &message));
    if (!meter_) throw std::runtime_error(message.text);
  }

  class Window {
   public:
    /* Ends it and gives what it took, the total last. */
    const std::vector<jm_energy>& end() {
      jm_meter_message message{};
      if (jm_window_end(window_.get(), &message) != 0) throw std::runtime_error(message.text);
      const jm_energy* first = jm_window_energies(window_.get());
      energies_.assign(first, first + jm_window_count(window_.get()));
      return energies_;
    }
    [[nodiscard]] double seconds() const { return jm_window_seconds(window_.get()); }
    /* Of the energy at `index`. */
    [[nodiscard]] double calibration_j(std::size_t index) const {
      return jm_window_calibration_j(window_.get(), index);
    }

   private:
    friend class Meter;
    explicit Window(jm_window* window) : window_(window) {}
    struct Free {
      void operator()(jm_window* window) const { jm_window_free(window); }
    };
    std::unique_ptr<jm_window, Free> window_;
    std::vector<jm_energy> energies_;
  };

  [[nodiscard]] Window begin() {
    jm_meter_message message{};
    jm_window* window = jm_window_begin(meter_.get(), &message);
    if (window == nullptr) throw std::runtime_error(message.text);
    return Window(window);
  }

 private:
  static std::vector<const char*> texts(const std::vector<std::string>& all) {
    std::vector<const char*> texts;
    for (const std::string& text : all) texts.push_back(text.c_str());
    return texts;
  }
  struct Close {
    void operator()(jm_meter* meter) const { jm_meter_close(meter); }
  };
  std::unique_ptr<jm_meter, Close> meter_;
};

} /* namespace joulemark */
#endif

#endif /* JOULEMARK_METER_H */
